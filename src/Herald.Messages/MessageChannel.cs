using Herald.Engine.Basics;
using Herald.Engine.Channels;
using Herald.Messages.Providers;
using Herald.Messages.Reading;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Messages;

/// <summary>
/// A channel that sends messages through configured providers. It reads endpoints and messages; a kind of provider sends them.
/// </summary>
/// <param name="section">The section of the settings with the map <c>providers</c>.</param>
/// <param name="logger">For providers that begin to fail, and that work again.</param>
public abstract class MessageChannel(
    string section, IReadOnlyList<string> schemes, IEnumerable<IProvider> providers, TimeProvider time, ILogger? logger = null) : IChannel
{
    private readonly ProviderChain _chain = new(section, providers, time, logger ?? NullLogger.Instance);

    public IReadOnlyList<string> Schemes => schemes;

    public string? Refuse(Uri address) => ProviderEndpoint.Refuse(address, schemes, section, _chain.Names, RefuseTo);

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var endpoint = ProviderEndpoint.Of(attempt.Subscription.Endpoint.Address);
        // Without a provider, the subscription is older than this start, and the setting has changed since.
        if (_chain.Find(endpoint.Provider) is null)
            return new(AttemptResult.Troubled(AttemptStage.Guard, $"provider '{endpoint.Provider}' is not in {section}.providers"));
        var reading = MessageReader.Read(attempt);
        if (!reading.IsMessage)
            return new(reading.ToResult());
        var message = reading.Message;
        if (message.Expires is { } expires && expires <= time.GetUtcNow())
        {
            return new(MessageReading.RefusalOf(
                FieldProblem.Of("/expires", $"{expires:yyyy-MM-ddTHH:mm:ss.fffZ}", "The message has expired, so it was not sent.")));
        }
        if (Refuse(message, message.To ?? endpoint.To) is { } problem)
            return new(MessageReading.RefusalOf(problem));
        return _chain.SendAsync(endpoint, message, attempt, began, cancel);
    }

    /// <summary>What is wrong with a recipient, as a sentence; null when nothing is.</summary>
    protected abstract string? RefuseTo(string to);

    /// <summary>What is wrong with the recipient of an endpoint, as a sentence; null when nothing is.</summary>
    /// <param name="provider">The endpoint's provider, which can have recipients of its own kind.</param>
    protected virtual string? RefuseTo(string provider, string to) => RefuseTo(to);

    /// <summary>What makes a message impossible for this channel, such as its recipient; null when nothing does.</summary>
    /// <param name="to">The recipient of the message or of the endpoint; null when neither names one.</param>
    protected virtual FieldProblem? Refuse(Message message, string? to) =>
        to is not null && RefuseTo(to) is { } problem ? FieldProblem.Of("/to", to, problem) : null;
}
