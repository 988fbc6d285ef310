using System.Net;
using Herald.Engine.Channels;

namespace Herald.Outbound;

/// <summary>The payload of a request as its body. It tells the request when the sending begins and ends.</summary>
internal sealed class PayloadContent(OutboundRequest request, ReadOnlyMemory<byte> payload) : HttpContent
{
    private Task _sending = Task.CompletedTask;

    public Task Sending => _sending;

    protected override bool TryComputeLength(out long length)
    {
        length = payload.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        request.Sent(AttemptStage.Send);
        var write = stream.WriteAsync(payload, cancellationToken);
        if (!write.IsCompletedSuccessfully)
            return Finish(write);
        request.Sent(AttemptStage.Wait);
        return Task.CompletedTask;
    }

    /// <summary>HTTP/2 can send a request again while the first sending has not let go of the payload.</summary>
    private Task Finish(ValueTask write)
    {
        var finish = FinishAsync(write);
        _sending = _sending.IsCompleted ? finish : Task.WhenAll(_sending, finish);
        return finish;
    }

    private async Task FinishAsync(ValueTask write)
    {
        await write.ConfigureAwait(false);
        request.Sent(AttemptStage.Wait);
    }
}
