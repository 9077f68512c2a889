"""YAML to desired model: a strict reader with positions, documents, templates, instances."""
