using System.Globalization;
using Herald.Alarms.Tests.Processing;
using Xunit;

namespace Herald.Alarms.Tests.Model;

/// <summary>
/// Histories drawn from seeds. Messages come twice, late, with equal times, and in batches of any size. State is saved and read again. Time
/// stands still or leaps. The application must give the same digests as the model.
/// </summary>
public sealed class HistoryTests(EngineFixture engine)
{
    private static readonly DateTime Epoch = new(2026, 1, 31, 12, 0, 0);
    private static readonly string[] Statuses = ["CLEARED", "WARNING", "CRITICAL"];

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    [InlineData(1000)]
    [InlineData(1500)]
    public async Task Digests_are_those_of_the_model(int firstSeed)
    {
        var (digests, refused, empty) = (0, 0, 0);
        for (var seed = firstSeed; seed < firstSeed + 500; seed++)
        {
            var told = await RunAsync(seed);
            digests += told.Digests;
            refused += told.Refused;
            empty += told.Unanswered;
        }
        // A run that compares nothing would prove nothing.
        Assert.True(digests > 2_000, $"{digests} digests");
        Assert.True(refused > 100, $"{refused} refused");
        Assert.True(empty > 500, $"{empty} requests with nothing due");
    }

    private async Task<(int Digests, int Refused, int Unanswered)> RunAsync(int seed)
    {
        var random = new Random(seed);
        var options = new AlarmsOptions
        {
            ForgetAfter = random.Next(2) == 0 ? TimeSpan.FromDays(30) : TimeSpan.FromSeconds(30),
            MaxAlarmsPerUser = random.Next(3) == 0 ? 4 : 10_000,
            EmptyDigest = random.Next(4) == 0,
        };
        var period = options.ForgetAfter / 30;
        using var rig = new ShardRig(engine, options);
        var model = new ModelAlarms((long)period.TotalSeconds, options.MaxAlarmsPerUser, options.EmptyDigest);
        var clock = new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);
        var latest = clock;
        var before = new List<Step>();
        var (digests, refused, unanswered) = (0, 0, 0);
        for (var batches = random.Next(5, 25); batches > 0; batches--)
        {
            if (random.Next(3) == 0)
                rig.Restart();
            if (random.Next(4) == 0)
                Assert.Empty((await rig.TickAsync(latest)).Digests);
            var (messages, expected, expectedRefused) = (new List<Sent>(), new List<string>(), 0);
            for (var left = random.Next(1, 10); left > 0; left--)
            {
                clock += Pause(random, period);
                // The clocks of nodes differ, so an event that is accepted later can have an earlier time.
                var acceptedAt = random.Next(10) == 0 ? clock - (period * random.NextDouble()) : clock;
                latest = acceptedAt > latest ? acceptedAt : latest;
                var step = before.Count > 0 && random.Next(3) == 0 ? before[random.Next(before.Count)] : Draw(random);
                before.Add(step);
                var acceptedMs = acceptedAt.ToUnixTimeMilliseconds();
                if (step.Time is null)
                {
                    messages.Add(Sent.Request(step.User, acceptedAt));
                    if (model.Request(step.User, acceptedMs) is { } digest)
                        expected.Add(digest);
                    else
                        unanswered++;
                    continue;
                }
                messages.Add(Sent.Change(step.User, step.Alarm, step.Status, step.Time.Text, acceptedAt));
                if (!model.Change(step.User, step.Alarm, step.Status, step.Time, acceptedMs))
                    expectedRefused++;
            }
            var came = await rig.TakeAsync(messages);
            Assert.True(expected.SequenceEqual(came.Payloads), $"Seed {seed}: expected\n{string.Join('\n', expected)}\nand there came\n{string.Join('\n', came.Payloads)}");
            Assert.True(expectedRefused == came.Rejected.Count, $"Seed {seed}: {expectedRefused} refusals were expected, and there were {came.Rejected.Count}.");
            digests += expected.Count;
            refused += expectedRefused;
        }
        Assert.True(rig.Lists.Count() <= 40, $"Seed {seed}: {rig.Lists.Count()} lists");
        return (digests, refused, unanswered);
    }

    private static Step Draw(Random random)
    {
        var user = "user-" + random.Next(3).ToString(CultureInfo.InvariantCulture);
        if (random.Next(4) == 0)
            return new Step(user, "", "", null);
        // There are few instants, a nanosecond or a second apart, so that many changes have the same one.
        var time = DrawnTime.At(Epoch.AddSeconds(random.Next(3)), random.Next(3) switch { 0 => 0, 1 => 999_999_999, _ => random.Next(3) }, random);
        // Some ids begin with another one. Some have bytes beyond ASCII, which sort after all others.
        string[] alarms = ["a", "a1", "b", "B", "é", "z", "aa"];
        return new Step(user, alarms[random.Next(alarms.Length)], Statuses[random.Next(3)], time);
    }

    private static TimeSpan Pause(Random random, TimeSpan period) => random.Next(100) switch
    {
        < 75 => TimeSpan.Zero,
        < 90 => period * random.NextDouble() * 2,
        < 97 => period * random.Next(10, 31),
        _ => period * random.Next(31, 80),
    };

    /// <param name="Time">Null for a request.</param>
    private sealed record Step(string User, string Alarm, string Status, DrawnTime? Time);
}
