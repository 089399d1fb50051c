"""Reports: pictures and pages of what the lake holds, read through its views; they never know how it got there."""
