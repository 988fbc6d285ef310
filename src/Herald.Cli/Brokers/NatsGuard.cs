using System.Diagnostics;

namespace Herald.Cli.Brokers;

/// <summary>
/// A shell that has a server for its child. It signals the server when it is told how, and kills it when its own input ends, as it does when our process
/// is no more, however that ended; the server's folder goes then, too.
/// </summary>
internal sealed class NatsGuard : IAsyncDisposable
{
    private const string Script = """
        folder=$1
        shift
        "$@" </dev/null >>"$folder/log" 2>&1 &
        server=$!
        trap '' HUP INT TERM
        if read -r how; then
            kill -"$how" $server
            wait $server
        else
            kill -KILL $server
            rm -rf "$folder"
        fi
        """;

    private readonly Process _shell;

    public NatsGuard(string folder, params IEnumerable<string> command)
    {
        string[] words = [.. OperatingSystem.IsLinux() ? (string[])["setsid", "sh"] : ["sh"], "-c", Script, "sh", folder, .. command];
        _shell = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardError = true })!;
    }

    public int ProcessId => _shell.Id;

    /// <summary>Complete when the server has ended.</summary>
    public async Task EndAsync(string signal)
    {
        await _shell.StandardInput.WriteLineAsync(signal);
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }
}
