"""Forms filed as plain text before XML was required: laid out like the paper form."""
