using System.Text.Json;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Parts;

/// <summary>
/// A part of a bench in a process of its own, started with <c>bench-part</c>. The bench sends it a line, and it answers with a line.
/// </summary>
internal sealed class BenchPart : ChildProcess
{
    private TaskCompletionSource<string>? _asked;

    private BenchPart(string name, IEnumerable<string> arguments, TimeProvider time)
        : base(name, [PartCommand.Name, name, .. arguments], PartLoop.ReadyLine, time) { }

    /// <summary>The address where it listens; empty when it does not listen.</summary>
    public string Address { get; private set; } = "";

    /// <exception cref="ChildProcessException">The part ended, or was not ready in time.</exception>
    public static async Task<BenchPart> StartAsync(string name, IEnumerable<string> arguments, TimeProvider time, CancellationToken cancel)
    {
        var part = new BenchPart(name, arguments, time);
        part.Address = await part.StartAsync(cancel);
        return part;
    }

    /// <summary>Sends a question and waits for the answer. Only one question can be open at a time.</summary>
    /// <exception cref="ChildProcessException">The part ended instead of answering.</exception>
    public async Task<JsonElement> AskAsync(string question, CancellationToken cancel)
    {
        var asked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _asked, asked);
        if (HasExited)
            throw Ended();
        await WriteLineAsync(question, cancel);
        using var answer = JsonDocument.Parse(await asked.Task.WaitAsync(cancel));
        return answer.RootElement.Clone();
    }

    protected override void OnLine(string line) => Interlocked.Exchange(ref _asked, null)?.SetResult(line);

    protected override void OnExited()
    {
        base.OnExited();
        Interlocked.Exchange(ref _asked, null)?.SetException(Ended());
    }

    private ChildProcessException Ended() => new($"The {Name} has ended: {LastOutput}");
}
