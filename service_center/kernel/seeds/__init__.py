"""The shipped rulebook as plain data: documents, clauses, rules, settings and approval steps."""
