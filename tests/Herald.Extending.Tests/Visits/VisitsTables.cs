using Herald.Engine;
using Herald.Hosting.Modules;
using Herald.Postgres.Migrations;
using Npgsql;

namespace Herald.Extending.Tests.Visits;

/// <summary>Creates the application's tables at the start.</summary>
internal sealed class VisitsTables(NpgsqlDataSource database, TimeProvider time) : IServerPart
{
    private static readonly Dictionary<string, string> Files = new()
    {
        ["0001-visit.up.sql"] = "create table {schema}.visit (id text primary key, key text not null);",
        ["0001-visit.down.sql"] = "drop table {schema}.visit;",
    };

    public async ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel) =>
        await new MigrationRunner(database, MigrationSet.FromFiles(Files), new() { Schema = "visits" }, time, _ => { }).UpAsync(null, cancel);
}
