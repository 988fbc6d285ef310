using System.Diagnostics;
using System.Globalization;

namespace Herald.LocalServers.Brokers;

/// <summary>
/// A shell whose child is a broker. It signals the broker on request. When its own input ends, it kills the broker and deletes the broker's
/// folder. The input also ends when this process ends, in whatever way.
/// </summary>
public sealed class BrokerGuard : IAsyncDisposable
{
    // The broker is started before signals are ignored. A Java program keeps ignoring the signals that its parent ignored, and could then
    // not be asked to stop. A broker that does not stop within 30 seconds is killed.
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

    /// <param name="folder">The folder of the broker. Its output goes into the file <c>log</c> there.</param>
    public BrokerGuard(string folder, params IEnumerable<string> command)
    {
        string[] words = [.. OperatingSystem.IsLinux() ? (string[])["setsid", "sh"] : ["sh"], "-c", Script, "sh", folder, .. command];
        _shell = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, WorkingDirectory = folder })!;
    }

    public int ProcessId => _shell.Id;

    /// <summary>The broker has ended by itself, while its guard waits for a line. Without /proc the answer is always false.</summary>
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
                return File.ReadAllText(children).Trim() is { Length: > 0 } broker
                    && File.ReadAllText($"/proc/{broker}/stat").Contains(") Z ", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>Freezes the broker. It keeps its connections, like a broker whose machine is cut off from the network.</summary>
    public Task FreezeAsync() => _shell.StandardInput.WriteLineAsync("STOP");

    /// <summary>Sends a signal to the broker, and completes when the broker has ended.</summary>
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
