using Herald.Postgres.Migrations;
using Herald.TestKit.Databases;
using Npgsql;
using Xunit;

namespace Herald.Postgres.Tests.Migrations;

/// <summary>A database of its own, to which the test's migration files are applied in variations.</summary>
internal sealed class MigratedDatabase : IAsyncDisposable
{
    private readonly List<string> _told = [];

    private MigratedDatabase(string connection) => Source = new NpgsqlDataSourceBuilder(connection).Build();

    public NpgsqlDataSource Source { get; }

    /// <summary>All messages of the runners so far.</summary>
    public IReadOnlyList<string> Told
    {
        get
        {
            lock (_told)
                return [.. _told];
        }
    }

    /// <summary>The test's migration files by name. A test can change them.</summary>
    public static Dictionary<string, string> Files()
    {
        var set = MigrationSet.FromResources(typeof(MigratedDatabase).Assembly, "Files");
        return set.All.SelectMany(migration => (KeyValuePair<string, string?>[])[new(migration.UpFile, migration.Up), new(migration.DownFile, migration.Down)])
            .Where(file => file.Value is not null).ToDictionary(file => file.Key, file => file.Value!);
    }

    public static async Task<MigratedDatabase> CreateAsync()
    {
        var server = await PostgresServer.SharedAsync();
        return new(await server.CreateDatabaseAsync("migrations"));
    }

    public MigrationRunner Runner(Dictionary<string, string>? files = null, MigrationOptions? options = null, TimeProvider? time = null, Action<string>? tell = null) =>
        new(Source, MigrationSet.FromFiles(files ?? Files()), options ?? new MigrationOptions { Who = "tester" }, time ?? TimeProvider.System, tell ?? Tell);

    /// <summary>The state of each migration, as short text with its id.</summary>
    public async Task<string> StatesAsync(Dictionary<string, string>? files = null) =>
        string.Join(' ', (await Runner(files).StatusAsync(TestContext.Current.CancellationToken)).Select(status => $"{status.Id}:{status.State}"));

    public async Task<object?> RunAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private void Tell(string sentence)
    {
        lock (_told)
            _told.Add(sentence);
    }
}
