using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Herald.Nats.Connecting;
using Herald.Nats.Subscriptions;
using Herald.Nats.Wire;

namespace Herald.Nats.JetStream;

/// <summary>Requests to JetStream: JSON there and back, and its errors as exceptions.</summary>
public sealed class JetStreamApi(NatsConnection connection, TimeSpan timeout)
{
    private const string Prefix = "$JS.API.";
    private const int Unavailable = 503;

    /// <param name="method">What follows the prefix.</param>
    /// <exception cref="JetStreamException">It was not done.</exception>
    public Task<TAnswer> AskAsync<TAnswer>(string method, JsonTypeInfo<TAnswer> answer, CancellationToken cancel) where TAnswer : ApiAnswer =>
        SendAsync(new(Prefix + method, default), answer, "No server with JetStream answers.", cancel);

    /// <exception cref="JetStreamException">It was not done.</exception>
    public Task<TAnswer> AskAsync<TRequest, TAnswer>(string method, TRequest request, JsonTypeInfo<TRequest> question, JsonTypeInfo<TAnswer> answer, CancellationToken cancel)
        where TAnswer : ApiAnswer =>
        SendAsync(new(Prefix + method, JsonSerializer.SerializeToUtf8Bytes(request, question)), answer, "No server with JetStream answers.", cancel);

    /// <param name="nobody">What it means that nobody answers.</param>
    /// <exception cref="JetStreamException">It was not done.</exception>
    public async Task<TAnswer> SendAsync<TAnswer>(OutgoingMessage message, JsonTypeInfo<TAnswer> answer, string nobody, CancellationToken cancel) where TAnswer : ApiAnswer
    {
        try
        {
            var answered = await connection.RequestAsync(message, timeout, cancel).ConfigureAwait(false);
            var read = JsonSerializer.Deserialize(answered.Payload.Span, answer) ?? throw new JsonException("It is null.");
            return read.Error is { } error ? throw new JetStreamException(error.Code, error.ErrCode, error.Description) : read;
        }
        catch (NoRespondersException)
        {
            throw new JetStreamException(Unavailable, 0, nobody);
        }
        catch (JsonException)
        {
            throw new JetStreamException(Unavailable, 0, $"The answer on '{message.Subject}' is not one of JetStream's.");
        }
    }
}
