using System.Diagnostics;

namespace Herald.LocalServers.Databases;

/// <summary>
/// A shell that starts and stops a PostgreSQL. When its standard input ends, it ends the server and deletes its folder. The input also ends
/// when this process ends, in whatever way, so the shell outlives it briefly. It runs in a session of its own, so that Ctrl-C and signals
/// to this process group do not reach it.
/// </summary>
public sealed class PostgresGuard : IAsyncDisposable
{
    // Each line of input is a command. The answer is the exit code of the command.
    private const string Script = """
        folder=$1
        shift
        trap '' HUP INT TERM
        while read -r command; do
            "$@" $command </dev/null >"$folder/control" 2>&1
            echo $?
        done
        "$@" stop -m immediate </dev/null >/dev/null 2>&1
        rm -rf "$folder"
        """;

    private readonly string _folder;
    private readonly Process _shell;
    private readonly SemaphoreSlim _oneCommand = new(1);

    /// <param name="control">The words that begin every command: <c>pg_ctl</c> with its options.</param>
    public PostgresGuard(string folder, IEnumerable<string> control)
    {
        _folder = folder;
        string[] words = [.. OperatingSystem.IsLinux() ? (string[])["setsid", "sh"] : ["sh"], "-c", Script, "sh", folder, .. control];
        _shell = Process.Start(new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        })!;
    }

    /// <summary>Runs a command. Commands that are given at the same time run one after another.</summary>
    public async Task<bool> TryAsync(string command)
    {
        await _oneCommand.WaitAsync();
        try
        {
            await _shell.StandardInput.WriteLineAsync(command);
            await _shell.StandardInput.FlushAsync();
            return await _shell.StandardOutput.ReadLineAsync() switch
            {
                "0" => true,
                null => throw new LocalPostgresException($"The shell that guards the PostgreSQL in {_folder} has ended."),
                _ => false,
            };
        }
        finally
        {
            _oneCommand.Release();
        }
    }

    /// <summary>The output of the last command.</summary>
    public Task<string> SaidAsync() => File.ReadAllTextAsync(Path.Combine(_folder, "control"));

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        _oneCommand.Dispose();
    }
}
