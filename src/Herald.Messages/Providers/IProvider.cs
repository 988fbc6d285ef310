namespace Herald.Messages.Providers;

/// <summary>Sends messages through one provider, for example one mail server.</summary>
public interface IProvider
{
    string Name { get; }

    ProviderOptions Options { get; }

    /// <summary>
    /// Each recipient has chosen the service that is called for it. So a service that does not answer is the trouble of its recipients and
    /// not of the provider, which itself bounds what is under way to each service. When the endpoint names the recipient, it is the trouble
    /// of the endpoint.
    /// </summary>
    bool RecipientsChooseService => false;

    /// <summary>Makes one try. What the provider does is a result, never an exception.</summary>
    /// <remarks>
    /// It notes on the sending how far it has come. When <paramref name="cancel"/> ends the call, the caller reads the result of the
    /// time-out from that.
    /// </remarks>
    /// <param name="cancel">Cancelled when the time of this provider is over, and when the attempt is given up.</param>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    ValueTask<ProviderResult> SendAsync(Sending sending, CancellationToken cancel);
}
