using Herald.Engine.Channels;
using Microsoft.Extensions.Options;

namespace Herald.Extending.Tests.Files;

/// <summary>Delivers events to <c>file:///NAME</c>: it appends each payload as a line.</summary>
public sealed class FileChannel(IOptions<FilesOptions> options) : IChannel, IDisposable
{
    // Events of several keys are delivered at the same time.
    private readonly SemaphoreSlim _turn = new(1);

    public IReadOnlyList<string> Schemes => ["file"];

    public string? Refuse(Uri endpoint) => endpoint.Segments is ["/", var name] && name.All(char.IsAsciiLetterOrDigit)
        ? null
        : "Expected file:///NAME, with a name of letters and digits.";

    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            var path = Path.Combine(options.Value.Directory, attempt.Subscription.Endpoint.Segments[1]);
            await File.AppendAllBytesAsync(path, (byte[])[.. attempt.Event.Payload.Span, (byte)'\n'], cancel);
            return AttemptResult.Delivered;
        }
        catch (IOException failure)
        {
            return AttemptResult.Troubled(AttemptStage.Send, failure.Message);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
