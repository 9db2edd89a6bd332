"""Say what is wrong in a memory store, with no server and no database: the jobs' own plans on a view made in memory."""
