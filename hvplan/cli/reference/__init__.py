"""What `hvplan explain` knows: every attribute, computed from the rows and the load tables, and every code of a message."""
