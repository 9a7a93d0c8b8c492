"""The live service: asked politely, recorded with secrets masked, compared with the fake."""
