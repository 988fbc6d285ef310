using System.Diagnostics;
using System.Globalization;

namespace Herald.LocalServers.Brokers;

/// <summary>
/// A shell that has a broker for its child. It signals the broker when it is told how, and kills it when its own input ends, as it does when our process
/// is no more, however that ended; the broker's folder goes then, too.
/// </summary>
public sealed class BrokerGuard : IAsyncDisposable
{
    // The broker is started before signals are shut out: Java leaves alone what was shut out before it, and could not be asked to stop.
    // One that was asked and does not stop is killed.
    private const string Script = """
        folder=$1
        shift
        "$@" </dev/null >>"$folder/log" 2>&1 &
        broker=$!
        trap '' HUP INT TERM
        while read -r how && [ "$how" = STOP ]; do
            kill -STOP $broker
        done
        if [ -n "$how" ]; then
            kill -"$how" $broker
            (sleep 30; kill -KILL $broker) </dev/null >/dev/null 2>&1 &
            wait $broker 2>/dev/null
            kill -KILL $!
        else
            kill -KILL $broker
            rm -rf "$folder"
        fi
        """;

    private readonly Process _shell;

    /// <param name="folder">Of the broker; what it says goes into <c>log</c> there.</param>
    public BrokerGuard(string folder, params IEnumerable<string> command)
    {
        string[] words = [.. OperatingSystem.IsLinux() ? (string[])["setsid", "sh"] : ["sh"], "-c", Script, "sh", folder, .. command];
        _shell = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, WorkingDirectory = folder })!;
    }

    public int ProcessId => _shell.Id;

    /// <summary>The broker has ended by itself, though its guard waits for a word. Where there is no /proc, nobody can tell.</summary>
    public bool HasEnded
    {
        get
        {
            if (_shell.HasExited)
                return true;
            var children = string.Create(CultureInfo.InvariantCulture, $"/proc/{_shell.Id}/task/{_shell.Id}/children");
            if (!File.Exists(children))
                return false;
            try
            {
                return File.ReadAllText(children).Trim() is { Length: > 0 } broker && File.ReadAllText($"/proc/{broker}/stat").Contains(") Z ", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>The broker stands still from now on, and keeps its connections, as one whose machine is cut off.</summary>
    public Task FreezeAsync() => _shell.StandardInput.WriteLineAsync("STOP");

    /// <summary>Complete when the broker has ended.</summary>
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
