using Herald.Kafka;
using Herald.Kafka.Native;
using Xunit;

namespace Herald.TestKit.Kafka;

/// <summary>Skips tests where Kafka's client library is missing. Tests that need no broker run wherever the library is.</summary>
public static class KafkaLibrary
{
    public static void Require()
    {
        try
        {
            ClientLibrary.Require();
        }
        catch (KafkaSetupException missing)
        {
            Assert.Skip(missing.Message);
        }
    }
}
