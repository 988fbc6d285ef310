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
            return _sending = FinishAsync(write);
        request.Sent(AttemptStage.Wait);
        return Task.CompletedTask;
    }

    private async Task FinishAsync(ValueTask write)
    {
        await write.ConfigureAwait(false);
        request.Sent(AttemptStage.Wait);
    }
}
