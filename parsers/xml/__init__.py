"""Ownership XML, whole or broken: from the bytes of a document to the records of a filing."""
