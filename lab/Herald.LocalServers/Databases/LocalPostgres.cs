using System.Globalization;
using System.Security.Cryptography;

namespace Herald.LocalServers.Databases;

/// <summary>
/// A throw-away PostgreSQL on 127.0.0.1, with a folder, a port and a password of its own. It ends and its folder is deleted when this
/// object is disposed, or when this process ends in whatever way.
/// </summary>
public sealed class LocalPostgres : IAsyncDisposable
{
    public const string Host = "127.0.0.1";
    public const string User = "herald";
    private const string OwnSettings = "herald.conf";
    private const int PortTries = 5;
    private readonly PostgresPrograms _programs;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly PostgresGuard _guard;

    private LocalPostgres(PostgresPrograms programs, string password, IReadOnlyDictionary<string, string> settings)
    {
        if (OperatingSystem.IsWindows())
            throw new LocalPostgresException("A temporary PostgreSQL needs Linux or another Unix.");
        (_programs, _settings, Password) = (programs, settings, password);
        // Not in TMPDIR: another user must be able to reach the folder, and the path of a socket must be short.
        Folder = $"/tmp/herald-postgres-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _guard = new PostgresGuard(Folder, programs.Command("pg_ctl", ["-D", DataFolder, "-l", LogFile, "-w"]));
    }

    public int Port { get; private set; }
    public string Password { get; }

    /// <summary>The folder of its data and its Unix socket.</summary>
    public string Folder { get; }
    private string DataFolder => Path.Combine(Folder, "data");
    private string LogFile => Path.Combine(Folder, "log");

    /// <param name="settings">Settings as in <c>postgresql.conf</c>.</param>
    /// <exception cref="LocalPostgresException">PostgreSQL does not start.</exception>
    public static Task<LocalPostgres> StartNewAsync(PostgresPrograms programs, IReadOnlyDictionary<string, string> settings) =>
        MakeAsync(
            new LocalPostgres(programs, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), settings),
            made => made.InitializeAsync());

    /// <summary>Starts a standby that follows this server by streaming replication until it is promoted.</summary>
    public Task<LocalPostgres> StartStandbyAsync() =>
        MakeAsync(new LocalPostgres(_programs, Password, _settings), made => made.CopyAsync(this));

    public string ConnectionString(string database) => $"Host={Host};Port={Port};Username={User};Password={Password};Database={database}";

    /// <summary>The id of the process that is the parent of all others. Null when the server does not run.</summary>
    public int? ProcessId
    {
        get
        {
            try
            {
                return int.Parse(File.ReadLines(Path.Combine(DataFolder, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
            }
            catch (Exception missing) when (missing is FileNotFoundException or InvalidOperationException)
            {
                // The server deletes the file at its end. At its start, the file is empty for a moment.
                return null;
            }
        }
    }

    /// <summary>Runs a script with <c>pgbench</c> until the time is over.</summary>
    /// <returns>Transactions per second.</returns>
    public async Task<double> RunPgBenchAsync(string database, string script, int clients, TimeSpan length)
    {
        var file = Path.Combine(Folder, "pgbench.sql");
        await File.WriteAllTextAsync(file, script);
        await PostgresPrograms.HandOverAsync(Folder);
        var said = await _programs.RunAsync(
            "pgbench",
            ["-h", Host, "-p", $"{Port}", "-U", User, "-n", "-M", "prepared", "-f", file, "-c", $"{clients}", "-j", "2", "-T", $"{Math.Max(1, (int)length.TotalSeconds)}", database], Folder, Password);
        var line = said.Split('\n').First(line => line.StartsWith("tps = ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture);
    }

    public Task CreateDatabaseAsync(string name) => RunClientAsync("createdb", name);

    /// <summary>Starts the server again after a stop, with the same port and data.</summary>
    public Task StartAsync() => ControlAsync("start");

    /// <param name="mode">The mode of <c>pg_ctl</c>: <c>immediate</c> is like a crash, <c>fast</c> is clean.</param>
    public Task StopAsync(string mode) => ControlAsync($"stop -m {mode}");

    public Task PromoteAsync() => ControlAsync("promote");

    public ValueTask DisposeAsync() => _guard.DisposeAsync();

    private static async Task<LocalPostgres> MakeAsync(LocalPostgres made, Func<LocalPostgres, Task> fill)
    {
        try
        {
            await PostgresPrograms.HandOverAsync(made.Folder);
            await fill(made);
            await made.StartFirstAsync();
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    private async Task InitializeAsync()
    {
        var passwordFile = Path.Combine(Folder, "password");
        await File.WriteAllTextAsync(passwordFile, Password);
        await PostgresPrograms.HandOverAsync(Folder);
        await _programs.RunAsync(
            "initdb",
            ["-D", DataFolder, "-U", User, $"--pwfile={passwordFile}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"], Folder);
        File.Delete(passwordFile);
        await File.AppendAllTextAsync(Path.Combine(DataFolder, "postgresql.conf"), $"include '{OwnSettings}'\n");
    }

    private Task<string> CopyAsync(LocalPostgres from) =>
        from.RunClientAsync(
            "pg_basebackup", "-D", DataFolder, "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync");

    /// <summary>Another process can take the port that was free a moment ago. Then another port is tried.</summary>
    private async Task StartFirstAsync()
    {
        for (var tries = 1; ; tries++)
        {
            Port = FreePort.Find();
            var settings = new Dictionary<string, string>(_settings) { ["listen_addresses"] = Host, ["port"] = $"{Port}", ["unix_socket_directories"] = Folder };
            await File.WriteAllLinesAsync(
                Path.Combine(DataFolder, OwnSettings),
                settings.Select(setting => $"{setting.Key} = '{setting.Value.Replace("'", "''", StringComparison.Ordinal)}'"));
            if (await _guard.TryAsync("start"))
                return;
            if (tries == PortTries || !(await File.ReadAllTextAsync(LogFile)).Contains("could not bind", StringComparison.Ordinal))
                throw await FailureAsync("start");
        }
    }

    private async Task ControlAsync(string command)
    {
        if (!await _guard.TryAsync(command))
            throw await FailureAsync(command);
    }

    private async Task<LocalPostgresException> FailureAsync(string command) =>
        new($"pg_ctl {command} has failed: {await _guard.SaidAsync()}{(File.Exists(LogFile) ? await File.ReadAllTextAsync(LogFile) : "")}");

    private Task<string> RunClientAsync(string program, params string[] arguments) =>
        _programs.RunAsync(program, ["-h", Host, "-p", $"{Port}", "-U", User, .. arguments], Folder, Password);
}
