using Xunit;

namespace Herald.Journal.Tests.Crashes;

/// <summary>Finds the state of a journal among those that the acknowledgements allow.</summary>
internal static class WorldSearch
{
    /// <summary>
    /// Tries the unanswered changes in any order, each of them carried out or not. The journal must be in the state of one of these worlds.
    /// </summary>
    /// <param name="mayForgetHistory">Whether the store was full and may have deleted history to make room.</param>
    public static World Find(World acknowledged, IReadOnlyList<Change> pending, long[] firsts, SortedDictionary<string, string> answers, bool mayForgetHistory)
    {
        var worlds = new List<World>();
        Add(acknowledged, pending);
        if (mayForgetHistory)
            worlds.ForEach(world => world.ForgetHistoryBut(answers["history"]));
        // Settled sequences show only in what is freed. Of several worlds that fit equally, the one with more settled is chosen.
        var nearest = worlds.Where(world => world.IsWhole).OrderBy(world => Differences(world.Answers(firsts), answers).Count).ThenByDescending(world => world.Settled.Sum()).First();
        AssertSame(nearest.Answers(firsts), answers, $"the nearest of {worlds.Count} states");
        for (var shard = 0; shard < World.Shards; shard++)
            Assert.True(firsts[shard] <= Math.Max(1, nearest.Settled[shard]), $"shard {shard} is kept from {firsts[shard]}, and settled only below {nearest.Settled[shard]}");
        return nearest;

        void Add(World world, IReadOnlyList<Change> changes)
        {
            worlds.Add(world);
            foreach (var change in changes.Where(change => !change.Behind.Any(changes.Contains)))
            {
                var next = world.Copy();
                change.Effect(next);
                Add(next, [.. changes.Where(other => other != change)]);
            }
        }
    }

    public static void AssertSame(SortedDictionary<string, string> expected, SortedDictionary<string, string> answers, string what)
    {
        var differences = Differences(expected, answers);
        Assert.True(differences.Count == 0, $"{what}: {string.Join("; ", differences.Take(10))}");
    }

    private static List<string> Differences(SortedDictionary<string, string> expected, SortedDictionary<string, string> answers) =>
        [.. expected.Keys.Union(answers.Keys)
            .Where(question => expected.GetValueOrDefault(question) != answers.GetValueOrDefault(question))
            // Events that are no longer needed may still exist.
            .Where(question => expected.ContainsKey(question) || !question.StartsWith(Questions.Kept, StringComparison.Ordinal))
            .Select(question => $"{question}: '{expected.GetValueOrDefault(question)}' became '{answers.GetValueOrDefault(question)}'")];
}
