namespace Herald.Messages.Providers;

/// <summary>Sends messages through one provider, for example one mail server.</summary>
public interface IProvider
{
    string Name { get; }

    ProviderOptions Options { get; }

    /// <summary>Makes one try. What the provider does is a result, never an exception.</summary>
    /// <remarks>
    /// It notes on the sending how far it has come. When <paramref name="cancel"/> ends the call, the caller reads the result of the
    /// time-out from that.
    /// </remarks>
    /// <param name="cancel">Cancelled when the time of this provider is over, and when the attempt is given up.</param>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    ValueTask<ProviderResult> SendAsync(Sending sending, CancellationToken cancel);
}
