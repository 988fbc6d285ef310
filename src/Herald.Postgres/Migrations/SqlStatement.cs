namespace Herald.Postgres.Migrations;

/// <param name="Offset">Where in the file it begins.</param>
internal readonly record struct SqlStatement(string Text, int Offset);
