"""What each command takes, and its help, in the groups of `form4 --help`; the work is in the modules beside."""
