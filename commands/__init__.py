"""What the subcommands of `form4` do, one file each."""
