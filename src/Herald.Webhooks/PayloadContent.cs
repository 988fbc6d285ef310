using System.Net;
using Herald.Engine.Channels;

namespace Herald.Webhooks;

/// <summary>
/// An event's payload as the body of a request. It also records the stage that the attempt reached, because no other class sees both
/// connecting and sending.
/// </summary>
internal sealed class PayloadContent(ReadOnlyMemory<byte> payload) : HttpContent
{
    private volatile AttemptStage _stage = AttemptStage.Connect;
    private Task _sending = Task.CompletedTask;

    public AttemptStage Stage => _stage;

    /// <summary>
    /// Ends when the payload is no longer read. HTTP/2 can return an answer while the body is still being sent, but the payload is lent
    /// only until the attempt ends.
    /// </summary>
    public Task Sending => _sending;

    /// <summary>
    /// Called by the dialler. A request can be sent over another connection before the one made for it is ready, so the stage never goes
    /// back.
    /// </summary>
    public void Reached(AttemptStage stage)
    {
        if (_stage <= AttemptStage.Secure)
            _stage = stage;
    }

    /// <summary>The payload is sent again, over another connection. The sending before has ended.</summary>
    public void StartOver() => _stage = AttemptStage.Connect;

    protected override bool TryComputeLength(out long length)
    {
        length = payload.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _stage = AttemptStage.Send;
        var write = stream.WriteAsync(payload, cancellationToken);
        if (!write.IsCompletedSuccessfully)
            return _sending = FinishAsync(write);
        _stage = AttemptStage.Wait;
        return Task.CompletedTask;
    }

    private async Task FinishAsync(ValueTask write)
    {
        await write.ConfigureAwait(false);
        _stage = AttemptStage.Wait;
    }
}
