using System.Globalization;
using System.Text;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Tests.Clusters;
using Herald.TestKit.Nats;
using NATS.Client.Core;

namespace Herald.Nats.Tests.JetStream;

/// <summary>A connection, and a stream of the test's own.</summary>
internal sealed class TestStream : IAsyncDisposable
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(10);

    private TestStream(string name, ClusterConnection connection) => (Name, Connection, Client) = (name, connection, new JetStreamClient(connection, AnswerPatience));

    public string Name { get; }
    public string Subject => $"{Name}.a";
    public ClusterConnection Connection { get; }
    public JetStreamClient Client { get; }

    public static async Task<TestStream> OpenAsync(string name, NatsServer? server = null)
    {
        server ??= await NatsServer.SharedAsync();
        var stream = new TestStream(name, await TestConnection.OpenAsync(server.Url));
        await stream.Client.EnsureStreamAsync(new StreamSpec(name, [$"{name}.>"]), TestConnection.End);
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

    public Task<PublishReceipt> PublishAsync(string text, string? id = null) => Client.PublishAsync(
        new(Subject, Encoding.UTF8.GetBytes(text)) { Headers = id is null ? null : new NatsHeaders { [JetStreamClient.MessageIdHeader] = id } }, TestConnection.End);

    /// <summary>Texts 1, 2, 3 … to the last.</summary>
    public async Task PublishNumberedAsync(int from, int last)
    {
        for (var i = from; i <= last; i++)
            await PublishAsync(i.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A reader of its own.</summary>
    public Task<OrderedReader> ReadAsync(long first = 1, int messages = 100) => OrderedReader.BeginAsync(
        Connection, Client, Name, "test", new([], first), new PullBounds { Messages = messages, Bytes = 1 }, TimeProvider.System, TestConnection.End);

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
