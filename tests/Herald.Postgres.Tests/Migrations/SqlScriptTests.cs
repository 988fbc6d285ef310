using Herald.Postgres.Migrations;
using Xunit;

namespace Herald.Postgres.Tests.Migrations;

public sealed class SqlScriptTests
{
    [Theory]
    [InlineData("select 1", "select 1")]
    [InlineData("select 1;\n", "select 1")]
    [InlineData(" ;; select 1 ; ;select 2;", "select 1 ", "select 2")]
    [InlineData("-- only; a comment\n/* ; */")]
    [InlineData("select ';'; select 'it''s;'", "select ';'", "select 'it''s;'")]
    [InlineData(@"select E'\';'; select '\'; select 2", @"select E'\';'", @"select '\'", "select 2")]
    [InlineData("select name'x\\'; select 2", "select name'x\\'", "select 2")]
    [InlineData("select \"a;b\"; select 2", "select \"a;b\"", "select 2")]
    [InlineData("select 1 -- ; '\n + 1; select 2", "select 1 -- ; '\n + 1", "select 2")]
    [InlineData("select /* /* ; */ ; */ 1; select 2", "select /* /* ; */ ; */ 1", "select 2")]
    [InlineData("select $$;'$$; select $a$ $$; $a$; select a$b; select $1;", "select $$;'$$", "select $a$ $$; $a$", "select a$b", "select $1")]
    [InlineData("create rule r as on insert to t do (select 1; select 2); select 3", "create rule r as on insert to t do (select 1; select 2)", "select 3")]
    [InlineData("select 'never ends; select 2", "select 'never ends; select 2")]
    [InlineData("select /* never ends; select 2", "select /* never ends; select 2")]
    [InlineData("select $$ never ends; select 2", "select $$ never ends; select 2")]
    [InlineData("select $", "select $")]
    public void A_semicolon_ends_a_statement_unless_it_is_part_of_it(string script, params string[] statements) =>
        Assert.Equal(statements, SqlScript.Split(script).Select(statement => statement.Text));

    [Fact]
    public void A_statement_knows_where_it_begins()
    {
        const string Script = "-- why\n  select 1;\n\n/* and */ select 2";
        Assert.All(SqlScript.Split(Script), statement => Assert.Equal(statement.Text, Script.Substring(statement.Offset, statement.Text.Length)));
    }

    [Theory]
    [InlineData(0, 1, 1, "ab")]
    [InlineData(1, 1, 2, "ab")]
    [InlineData(3, 2, 1, "cde")]
    [InlineData(5, 2, 3, "cde")]
    [InlineData(99, 2, 4, "cde")]
    public void A_place_is_told_as_line_and_column(int offset, int line, int column, string text) =>
        Assert.Equal((line, column, text), SqlScript.Locate("ab\ncde", offset));
}
