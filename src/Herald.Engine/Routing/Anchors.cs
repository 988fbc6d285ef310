using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Routing;

/// <summary>
/// Anchors: hashes under which filters are filed and by which an event finds them. An anchor is the hash of an attribute and its value, or
/// of the type. Two anchors that are equal by chance cost only a comparison, because the filter's clauses decide whether it matches.
/// </summary>
internal static class Anchors
{
    private const ulong TypeSeed = 0x7E9E;

    public static ulong[] Of(EventView view)
    {
        var hasType = view.TypeLength > 0;
        var (anchors, used) = (new ulong[view.AttributeCount + (hasType ? 1 : 0)], 0);
        if (hasType)
            anchors[used++] = StableHash.Of(view.Type, TypeSeed);
        foreach (var (name, value) in view)
            anchors[used++] = Of(name, value);
        return anchors;
    }

    /// <summary>
    /// One anchor for each value of the clause with the fewest values. A single null stands for a filter without clauses.
    /// </summary>
    public static IEnumerable<ulong?> Of(Filter filter)
    {
        var clause = filter.Clauses.MinBy(c => (c.Values.Count, c.IsType));
        if (clause is null)
            return [null];
        var name = Encoding.UTF8.GetBytes(clause.Attribute);
        return clause.Values.Select(value => Encoding.UTF8.GetBytes(value)).Select(
            value => (ulong?)(clause.IsType ? StableHash.Of(value, TypeSeed) : Of(name, value)));
    }

    private static ulong Of(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => StableHash.Of(value, StableHash.Of(name, 0));
}
