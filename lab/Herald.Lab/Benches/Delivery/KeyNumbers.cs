using Herald.Lab.Benches.Load;

namespace Herald.Lab.Benches.Delivery;

/// <summary>Chooses the next event: the keys in turn, and within each key the numbers 1, 2, 3 …</summary>
internal sealed class KeyNumbers
{
    private readonly long[] _numbers = new long[PublishShape.Keys];
    private int _nextKey;

    public (int Key, long Number) Next()
    {
        var key = _nextKey;
        _nextKey = (key + 1) % PublishShape.Keys;
        return (key, ++_numbers[key]);
    }
}
