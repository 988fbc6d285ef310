namespace Herald.Postgres.Migrations;

/// <param name="Offset">Where the statement begins in the file.</param>
internal readonly record struct SqlStatement(string Text, int Offset);
