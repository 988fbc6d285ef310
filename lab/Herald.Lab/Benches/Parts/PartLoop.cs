using System.Text.Json.Nodes;
using System.Threading.Channels;
using Herald.Hosting.Commands;

namespace Herald.Lab.Benches.Parts;

/// <summary>
/// The main loop of a part in its own process: it reports that it is ready, answers questions one by one, and stops when its input ends.
/// </summary>
internal static class PartLoop
{
    public const string ReadyLine = "Part is ready at ";

    /// <param name="address">The address where it listens, if it does.</param>
    public static async Task RunAsync(string address, Func<string, Task<JsonObject>> answer, TextWriter output, CancellationToken cancel)
    {
        var questions = Channel.CreateUnbounded<string>(new() { SingleReader = true, SingleWriter = true });
        _ = StandardInput.ReadToEndAsync(line => questions.Writer.TryWrite(line)).ContinueWith(
            _ => questions.Writer.Complete(), TaskScheduler.Default);
        await output.WriteLineAsync($"{ReadyLine}{address}".AsMemory(), cancel);
        await output.FlushAsync(cancel);
        await foreach (var question in questions.Reader.ReadAllAsync(cancel))
        {
            await output.WriteLineAsync((await answer(question)).ToJsonString().AsMemory(), cancel);
            await output.FlushAsync(cancel);
        }
    }

    /// <summary>The empty answer, for a part that only runs.</summary>
    public static Task<JsonObject> NoAnswer(string question) => Task.FromResult(new JsonObject());
}
