using Herald.Engine.Transfer;
using Herald.Journal;
using Herald.Journal.Transfer;
using Herald.Postgres;
using Herald.Postgres.Migrations;
using Herald.Postgres.Transfer;
using Herald.TestKit.Databases;

namespace Herald.Delivery.Tests.Transfer;

/// <summary>Directories and schemas between which stores are moved. They are deleted at the end.</summary>
internal sealed class MovingPlace(TimeProvider time) : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("herald-moving-").FullName;
    private string? _connection;

    public List<string> Notices { get; } = [];

    public JournalOptions Journal(string name) => new() { Directory = Path.Combine(_root, name), MinFreeBytes = 0, SegmentBytes = 256 << 10 };

    /// <summary>Creates the tables, without any data.</summary>
    public async Task<PostgresOptions> PostgresAsync(string schema = "herald")
    {
        _connection ??= await (await PostgresServer.SharedAsync()).CreateDatabaseAsync("moving");
        await using var source = ConnectionForm.Parse(_connection).CreateDataSource();
        await new MigrationRunner(source, StoreMigrations.Load(), new MigrationOptions { Schema = schema }, TimeProvider.System, _ => { }).UpAsync(null, default);
        return new PostgresOptions { Connection = _connection, Schema = schema, Lease = TimeSpan.FromSeconds(1) };
    }

    public async Task<byte[]> ExportAsync(JournalOptions journal)
    {
        await using var source = await JournalSource.OpenAsync(journal, time, Notices.Add, default);
        return await ExportAsync(source);
    }

    public async Task<byte[]> ExportAsync(PostgresOptions postgres)
    {
        await using var source = await PostgresSource.OpenAsync(postgres, time, Notices.Add, default);
        return await ExportAsync(source);
    }

    public async Task ImportAsync(byte[] file, JournalOptions journal)
    {
        await using var target = await JournalTarget.OpenAsync(journal, time, Notices.Add, default);
        await ImportAsync(file, target);
    }

    public async Task ImportAsync(byte[] file, PostgresOptions postgres)
    {
        await using var target = await PostgresTarget.OpenAsync(postgres, time, Notices.Add, default);
        await ImportAsync(file, target);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<byte[]> ExportAsync(IStoreSource source)
    {
        using var file = new MemoryStream();
        await using var writer = new ExportFileWriter(file);
        await StoreMove.RunAsync(source, writer, default);
        return file.ToArray();
    }

    private static async Task ImportAsync(byte[] file, IStoreTarget target)
    {
        await using var reader = await ExportFileReader.OpenAsync(new MemoryStream(file), default);
        await StoreMove.RunAsync(reader, target, default);
    }
}
