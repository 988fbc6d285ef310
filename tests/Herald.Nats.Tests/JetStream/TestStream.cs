using System.Globalization;
using System.Text;
using Herald.Nats.Connecting;
using Herald.Nats.JetStream;
using Herald.Nats.Tests.Connecting;
using Herald.Nats.Wire;
using Herald.TestKit.Nats;

namespace Herald.Nats.Tests.JetStream;

/// <summary>A connection, and a stream and a consumer of the test's own.</summary>
internal sealed class TestStream : IAsyncDisposable
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(10);

    private TestStream(string name, NatsConnection connection) => (Name, Connection, Client) = (name, connection, new JetStreamClient(connection, AnswerPatience));

    public string Name { get; }
    public string Subject => $"{Name}.a";
    public NatsConnection Connection { get; }
    public JetStreamClient Client { get; }

    public static async Task<TestStream> OpenAsync(string name, NatsServer? server = null, ConsumerSpec? consumer = null)
    {
        server ??= await NatsServer.SharedAsync();
        var stream = new TestStream(name, await TestConnection.OpenAsync(server.Url));
        await stream.Client.EnsureStreamAsync(new StreamSpec(name, [$"{name}.>"]), TestConnection.End);
        await stream.Client.EnsureConsumerAsync(consumer ?? new ConsumerSpec(name, "reader"), TestConnection.End);
        return stream;
    }

    /// <summary>A cluster that has just lost a server, or has not found itself, says so.</summary>
    public static async Task<bool> WorksAsync(Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (NatsException)
        {
            return false;
        }
    }

    public Task<PublishReceipt> PublishAsync(string text, string? id = null)
    {
        var headers = id is null ? default : new HeaderBlock().Add(Encoding.ASCII.GetBytes(JetStreamClient.MessageIdHeader), Encoding.UTF8.GetBytes(id)).End();
        return Client.PublishAsync(new(Subject, Encoding.UTF8.GetBytes(text)) { Headers = headers }, TestConnection.End);
    }

    /// <summary>Texts 1, 2, 3 … to the last.</summary>
    public async Task PublishNumberedAsync(int from, int last)
    {
        for (var i = from; i <= last; i++)
            await PublishAsync(i.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>One pull.</summary>
    public async Task<List<StreamMessage>> FetchAsync(int messages, TimeSpan? expires = null)
    {
        var all = new List<StreamMessage>();
        var wait = expires ?? TimeSpan.FromSeconds(20);
        // The server may be slow to answer, but not to say so.
        var bounds = new PullBounds { Messages = messages, Expires = wait, Heartbeat = wait * 0.4 };
        await foreach (var message in Client.Pull(Name, "reader").FetchAsync(bounds, TimeProvider.System, TestConnection.End))
            all.Add(message);
        return all;
    }

    public async Task<StreamMessage> FetchOneAsync() => Assert.Single(await FetchAsync(1));

    /// <summary>Whether there is nothing that would be delivered now.</summary>
    public async Task<bool> IsQuietAsync() => (await FetchAsync(1, TimeSpan.FromSeconds(1))).Count == 0;

    public static string Text(StreamMessage message) => Encoding.UTF8.GetString(message.Payload.Span);

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
