using Herald.Engine.Channels;
using Microsoft.Extensions.Options;

namespace Herald.Extending.Tests.Files;

/// <summary>Delivers events to <c>file:///NAME</c>: it appends each payload as a line.</summary>
public sealed class FileChannel(IOptions<FilesOptions> options, TimeProvider time) : IChannel, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1); // Events of several keys are delivered at the same time.

    public IReadOnlyList<string> Schemes => ["file"];

    public string? Refuse(Uri address) => address.Segments is ["/", var name] && name.All(char.IsAsciiLetterOrDigit)
        ? null
        : "Expected file:///NAME, with a name of letters and digits.";

    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        using var patience = new CancellationTokenSource(attempt.Subscription.Limits.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        var path = Path.Combine(options.Value.Directory, attempt.Subscription.Endpoint.Address.Segments[1]);
        try
        {
            await AppendAsync(path, [.. attempt.Event.Payload.Span, (byte)'\n'], either.Token);
            return AttemptResult.Delivered with { Duration = time.GetElapsedTime(began) };
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested)
        {
            return AttemptResult.Troubled(AttemptStage.Send, failure.Message, time.GetElapsedTime(began));
        }
    }

    private async Task AppendAsync(string path, byte[] line, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try { await File.AppendAllBytesAsync(path, line, cancel); }
        finally { _turn.Release(); }
    }

    public void Dispose() => _turn.Dispose();
}
