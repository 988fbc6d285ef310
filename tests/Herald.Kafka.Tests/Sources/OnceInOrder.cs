using System.Globalization;

namespace Herald.Kafka.Tests.Sources;

internal static class OnceInOrder
{
    /// <summary>Each key has received 1, 2, 3 … up to the last, none missing and none twice.</summary>
    public static void Holds(Receiver receiver, int keys, int last)
    {
        var expected = Enumerable.Range(1, last).Select(n => n.ToString(CultureInfo.InvariantCulture)).ToList();
        for (var key = 0; key < keys; key++)
            Assert.Equal(expected, receiver.Of($"key-{key}").Select(r => r.Text));
        Assert.Equal(keys * last, receiver.Count);
    }
}
