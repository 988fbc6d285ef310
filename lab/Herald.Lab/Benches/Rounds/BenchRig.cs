using Herald.Lab.Benches.Databases;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Rounds;

/// <summary>The resources of one run of a bench. It stops the processes that it started when the run is over, the last one first.</summary>
internal sealed class BenchRig(BenchOptions options, BenchDirectory directory, BenchProgress progress, TimeProvider time) : IAsyncDisposable
{
    private readonly Stack<ChildProcess> _processes = new();
    private readonly List<string> _notes = [];
    private readonly List<string> _failures = [];
    private BenchDatabase? _database;

    public BenchOptions Options => options;
    public BenchDirectory Directory => directory;
    public BenchProgress Progress => progress;
    public TimeProvider Time => time;
    public IReadOnlyList<string> Notes => _notes;
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>Records a setting or tool of the run, for readers who compare runs.</summary>
    public void Note(string sentence) => _notes.Add(sentence);

    /// <summary>Records a note that several threads can report repeatedly.</summary>
    public void NoteOnce(string sentence)
    {
        lock (_notes)
        {
            if (!_notes.Contains(sentence))
                _notes.Add(sentence);
        }
    }

    /// <summary>Records that something was lost, refused or out of order. The run goes on, and fails at the end.</summary>
    public void Fail(string sentence) => _failures.Add(sentence);

    /// <summary>Starts a server as users start it, on a directory of its own.</summary>
    public Task<ServerProcess> StartServerAsync(CancellationToken cancel, params string[] settings) =>
        StartServerAsync("herald", cancel, settings);

    /// <param name="name">The name of its directory. A server continues with a directory that an earlier server has used.</param>
    public Task<ServerProcess> StartServerAsync(string name, CancellationToken cancel, params string[] settings) =>
        StartServerAsync(name, ServerProcess.Plain, settings, cancel);

    /// <param name="command">The command of a server, without an application or with one.</param>
    public async Task<ServerProcess> StartServerAsync(
        string name, IReadOnlyList<string> command, IReadOnlyList<string> settings, CancellationToken cancel)
    {
        string[] store = options.Store == StoreChoice.Embedded ? []
            : ["--store", "postgres", "--connection", (await DatabaseAsync()).Connection, "--set", $"postgres.schema={name.Replace('-', '_')}"];
        var server = await ServerProcess.StartAsync(
            ["--data", directory.Sub(name).FullName, "--listen", "127.0.0.1:0", .. store, .. settings], time, cancel, command);
        _processes.Push(server);
        return server;
    }

    /// <summary>The CPU of a server and its database.</summary>
    public async Task<IReadOnlyList<CpuSource>> CpuOfAsync(ServerProcess server) =>
        options.Store == StoreChoice.Postgres ? [CpuSource.Of(server), (await DatabaseAsync()).Cpu] : [CpuSource.Of(server)];

    /// <summary>One database for the whole run, started on first use.</summary>
    public async Task<BenchDatabase> DatabaseAsync()
    {
        if (_database is not null)
            return _database;
        Note(
            $"PostgreSQL runs on the same cores, with "
                + $"{string.Join(", ", BenchDatabase.Settings.Select(setting => $"{setting.Key} = {setting.Value}"))}, and otherwise "
                + "with Debian's settings: every commit waits for the disk.");
        return _database = await BenchDatabase.StartAsync();
    }

    public async Task<BenchPart> StartPartAsync(string name, CancellationToken cancel, params string[] arguments)
    {
        var part = await BenchPart.StartAsync(name, arguments, time, cancel);
        _processes.Push(part);
        return part;
    }

    public async ValueTask DisposeAsync()
    {
        while (_processes.TryPop(out var process))
            await process.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }
}
