using System.Runtime.InteropServices;
using System.Text;

namespace Herald.TestKit.Kafka;

/// <summary>
/// librdkafka's mock cluster for tests. It speaks the protocol over TCP and makes errors on command, which no real broker does.
/// </summary>
public sealed partial class MockKafka : IDisposable
{
    private const int Producer = 0;
    private const string Library = "librdkafka";
    private readonly nint _client, _cluster;

    static MockKafka() =>
        NativeLibrary.SetDllImportResolver(typeof(MockKafka).Assembly, (name, _, _) => name == Library ? NativeLibrary.Load(KafkaLibrary.File) : 0);

    public MockKafka(int brokers = 1)
    {
        var error = new byte[512];
        // This client only carries the cluster. Its log is off, because it would complain that it has no broker.
        var silent = rd_kafka_conf_new();
        Check(rd_kafka_conf_set(silent, "log_level", "0", error, error.Length));
        _client = rd_kafka_new(Producer, silent, error, error.Length);
        if (_client == 0)
            throw new InvalidOperationException(Encoding.UTF8.GetString(error));
        _cluster = rd_kafka_mock_cluster_new(_client, brokers);
        Servers = Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(_cluster))!;
    }

    public string Servers { get; }

    public void CreateTopic(string name, int partitions = 1) => Check(rd_kafka_mock_topic_create(_cluster, name, partitions, 1));

    /// <summary>The next produce requests fail with these errors, one after another. Later requests succeed.</summary>
    /// <param name="errors">Error codes of the protocol, e.g. 29 for a topic without permission to write.</param>
    public void FailProduce(params int[] errors) => Fail(0, errors);

    /// <summary>The same for the request with which an idempotent producer begins.</summary>
    public void FailInitProducerId(params int[] errors) => Fail(22, errors);

    /// <summary>All brokers answer with this delay.</summary>
    public void Delay(TimeSpan time)
    {
        // -1 means every broker.
        Check(rd_kafka_mock_broker_set_rtt(_cluster, -1, (int)time.TotalMilliseconds));
    }

    public void Down(int broker = 1) => Check(rd_kafka_mock_broker_set_down(_cluster, broker));

    public void Up(int broker = 1) => Check(rd_kafka_mock_broker_set_up(_cluster, broker));

    public void Dispose()
    {
        rd_kafka_mock_cluster_destroy(_cluster);
        rd_kafka_destroy(_client);
    }

    private void Fail(short request, int[] errors) => rd_kafka_mock_push_request_errors_array(_cluster, request, (nuint)errors.Length, errors);

    private static void Check(int error)
    {
        if (error != 0)
            throw new InvalidOperationException($"The mock cluster answers {error}.");
    }

    [LibraryImport(Library)]
    private static partial nint rd_kafka_conf_new();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_conf_set(nint configuration, string name, string value, byte[] error, nint size);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_new(int type, nint configuration, byte[] error, nint size);

    [LibraryImport(Library)]
    private static partial void rd_kafka_destroy(nint client);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_mock_cluster_new(nint client, int brokers);

    [LibraryImport(Library)]
    private static partial void rd_kafka_mock_cluster_destroy(nint cluster);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_mock_cluster_bootstraps(nint cluster);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_mock_topic_create(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport(Library)]
    private static partial void rd_kafka_mock_push_request_errors_array(nint cluster, short request, nuint count, int[] errors);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_rtt(nint cluster, int broker, int milliseconds);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_down(nint cluster, int broker);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_up(nint cluster, int broker);
}
