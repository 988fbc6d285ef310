using Herald.Postgres.Migrations;
using Xunit;

namespace Herald.Postgres.Tests.Migrations;

public sealed class MigrationSetTests
{
    [Fact]
    public void Files_of_an_assembly_are_read_in_the_order_of_their_ids()
    {
        var set = MigrationSet.FromResources(typeof(MigrationSetTests).Assembly, "Files");
        Assert.Equal(["0001-first", "0002-second", "0005-third"], set.All.Select(migration => migration.ToString()));
        Assert.Equal([true, true, false], set.All.Select(migration => migration.Down is not null));
        Assert.Contains("{schema}.note", set.All[0].Up, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_files_is_a_mistake()
    {
        var refused = Assert.Throws<MigrationException>(() => MigrationSet.FromResources(typeof(MigrationSetTests).Assembly, "Nowhere"));
        Assert.Equal("There are no migrations in Herald.Postgres.Tests, folder Nowhere.", refused.Message);
    }

    [Theory]
    [InlineData("1-short.up.sql", "1-short.up.sql: the name of a migration looks like 0001-name.up.sql")]
    [InlineData("0000-zero.up.sql", "0000-zero.up.sql: the name of a migration looks like")]
    [InlineData("0002-Upper.up.sql", "0002-Upper.up.sql: the name of a migration looks like")]
    [InlineData("0002-no-way.sql", "0002-no-way.sql: the name of a migration looks like")]
    [InlineData("0001-again.up.sql", "0001-again.up.sql: id 0001 already belongs to 0001-first")]
    [InlineData("0002-only.down.sql", "0002-only.down.sql: the file 0002-only.up.sql, which it takes back, does not exist")]
    [InlineData("0001-other.down.sql", "0001-other.down.sql: the file 0001-other.up.sql, which it takes back, does not exist")]
    public void A_file_that_breaks_a_rule_is_refused_by_name(string file, string told)
    {
        var refused = Assert.Throws<MigrationException>(() => Set(("0001-first.up.sql", "select 1"), (file, "select 2")));
        Assert.Equal(MigrationFault.Refused, refused.Fault);
        Assert.StartsWith(told, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("select 1;\nCOMMIT;\nselect 2", "0001-first.up.sql, line 2: 'COMMIT'")]
    [InlineData("-- begin\nselect 'begin'; begin;", "0001-first.up.sql, line 2: 'begin'")]
    public void A_file_must_not_end_the_transaction_it_runs_in(string sql, string told) =>
        Assert.StartsWith(told, Assert.Throws<MigrationException>(() => Set(("0001-first.up.sql", sql))).Message, StringComparison.Ordinal);

    [Fact]
    public void The_checksum_is_of_the_text_whatever_ends_its_lines_and_not_of_the_way_back()
    {
        var one = Set(("0001-first.up.sql", "select 1;\nselect 2;"), ("0001-first.down.sql", "select 3"));
        var other = Set(("0001-first.up.sql", "select 1;\r\nselect 2;"), ("0001-first.down.sql", "select 4"));
        var changed = Set(("0001-first.up.sql", "select 1;\nselect 2; "));
        Assert.Equal(one.All[0].Checksum, other.All[0].Checksum);
        Assert.NotEqual(one.All[0].Checksum, changed.All[0].Checksum);
    }

    private static MigrationSet Set(params (string Name, string Sql)[] files) => MigrationSet.FromFiles(files.ToDictionary(file => file.Name, file => file.Sql));
}
