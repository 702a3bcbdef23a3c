"""The conventions table of a project: reading it, matching it with what is in a dump, drafting one."""
