using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Routing;

/// <summary>
/// What filters hang on, and events are looked up by: a hash of an attribute and its value, or of the type. Two that have one by chance
/// cost a comparison, and nothing else: whether a filter matches is said by its clauses.
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

    /// <summary>One a value of the clause with the fewest; a single null stands for "wants everything".</summary>
    public static IEnumerable<ulong?> Of(Filter filter)
    {
        var clause = filter.Clauses.MinBy(c => (c.Values.Count, c.IsType));
        if (clause is null)
            return [null];
        var name = Encoding.UTF8.GetBytes(clause.Attribute);
        return clause.Values.Select(value => Encoding.UTF8.GetBytes(value)).Select(value => (ulong?)(clause.IsType ? StableHash.Of(value, TypeSeed) : Of(name, value)));
    }

    private static ulong Of(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => StableHash.Of(value, StableHash.Of(name, 0));
}
