using Herald.TestKit.Databases;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests;

public sealed class ConnectionFormTests
{
    [Theory]
    [InlineData("postgres://ann:s3cret@db.example:6543/shop", "db.example:6543, database shop, user ann")]
    [InlineData("postgresql://ann@db.example/shop", "db.example:5432, database shop, user ann")]
    [InlineData("POSTGRES://db.example", "db.example:5432, database (default of the user), user (user of the operating system)")]
    [InlineData("postgres://ann:s3cret@a:5432,b:5433/shop", "a:5432,b:5433, database shop, user ann")]
    [InlineData("postgres://ann:s3cret@[::1]:5433/shop", "[::1]:5433, database shop, user ann")]
    [InlineData("postgres://ann:s3cret@[::1],b:5433/shop", "[::1]:5432,b:5433, database shop, user ann")]
    [InlineData("postgres://ann:s3cret@/shop?host=/run/postgresql", "/run/postgresql:5432, database shop, user ann")]
    [InlineData("Host=db.example;Username=ann;Password=s3cret;Database=shop", "db.example:5432, database shop, user ann")]
    [InlineData("Host=a,b:5433;Port=6000;Username=ann;Password=s3cret", "a:6000,b:5433, database ann, user ann")]
    public void Both_forms_are_taken_and_told_without_the_password(string text, string told) =>
        Assert.Equal(told, ConnectionForm.Parse(text).ToString());

    [Fact]
    public void A_password_in_a_URL_may_have_any_character()
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionForm.Parse("postgres://a%40nn:p%3Bw%3D%22'%2F%40@h/d").Npgsql);
        Assert.Equal(("a@nn", "p;w=\"'/@"), (settings.Username, settings.Password));
    }

    [Fact]
    public void Options_of_a_URL_are_those_of_libpq_or_of_Npgsql()
    {
        var settings = new NpgsqlConnectionStringBuilder(
            ConnectionForm.Parse("postgres://h/d?sslmode=verify-full&target_session_attrs=read-write&application_name=a%20b&connect_timeout=3&Maximum%20Pool%20Size=7").Npgsql);
        Assert.Equal(
            (SslMode.VerifyFull, "read-write", "a b", 3, 7),
            (settings.SslMode, settings.TargetSessionAttributes, settings.ApplicationName, settings.Timeout, settings.MaxPoolSize));
    }

    [Theory]
    [InlineData("postgres://ann:s3cret@a,b/d", "primary")]
    [InlineData("Host=a,b;Password=s3cret", "primary")]
    [InlineData("Host=a,b;Target Session Attributes=any", "any")]
    [InlineData("Host=a,b;Host Recheck Seconds=5", "primary", 5)]
    [InlineData("Host=a", null, 10)]
    public void Of_several_hosts_the_primary_is_meant_unless_another_is_asked_for(string text, string? attributes, int recheckSeconds = 1)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionForm.Parse(text).Npgsql);
        Assert.Equal((attributes, recheckSeconds), (settings.TargetSessionAttributes, settings.HostRecheckSeconds));
    }

    [Theory]
    [InlineData("postgres://ann:s3cret/x@db/shop", "%40")]
    [InlineData("postgres://ann:s3cret@db:70000/shop", "'70000'")]
    [InlineData("postgres://ann:s3cret@db/shop?colour=s3cret", "'colour'")]
    [InlineData("postgres://ann:s3cret@db/shop?sslmode=s3cret", "'sslmode'")]
    [InlineData("Host=db;Password=x;s3cret=y", "not a setting of Npgsql")]
    [InlineData("Host=db;Port=s3cret", "not a setting of Npgsql")]
    [InlineData("s3cret", "not a setting of Npgsql")]
    [InlineData("postgre://ann:s3cret@db/shop", "not a setting of Npgsql")]
    [InlineData("Username=ann;Password=s3cret", "no host")]
    [InlineData("", "no host")]
    public void What_is_wrong_is_told_without_the_password(string text, string told)
    {
        var wrong = Assert.Throws<FormatException>(() => ConnectionForm.Parse(text));
        Assert.Contains(told, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_servers_the_one_that_can_be_written_to_is_found_and_found_again_after_a_promotion()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var standby = await server.StartStandbyAsync();
        await using var database = ConnectionForm.Parse(
            $"postgres://{PostgresServer.User}:{server.Password}@{PostgresServer.Host}:{standby.Port},{PostgresServer.Host}:{server.Port}/postgres?Host%20Recheck%20Seconds=0").CreateDataSource();
        Assert.Equal(server.Port, await PortAsync(database));
        await server.StopAsync(PostgresStop.Fast);
        await standby.PromoteAsync();
        Assert.Equal(standby.Port, await PortAsync(database));
    }

    private static async Task<int> PortAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("select current_setting('port')::int");
        return (int)(await command.ExecuteScalarAsync())!;
    }
}
