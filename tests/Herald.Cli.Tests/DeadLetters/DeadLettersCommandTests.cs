using Herald.TestKit.Http;
using Xunit;

namespace Herald.Cli.Tests.DeadLetters;

public sealed class DeadLettersCommandTests
{
    [Theory]
    [InlineData("Dead letter 'dl_9_9_9_9' cannot be redriven: not there any more, or without its subscription or its event. `herald dead-letters get` shows which.", 0, "redrive", "dl_9_9_9_9")]
    [InlineData("Dead letter 'dl_9_9_9_9' does not exist. `herald dead-letters list` shows all.", 0, "discard", "dl_9_9_9_9")]
    [InlineData("2 of these dead letters do not exist. `herald dead-letters list` shows all.", 1, "discard", "dl_1_1_1_1", "dl_1_1_1_2", "dl_1_1_1_3")]
    public async Task A_dead_letter_that_cannot_be_acted_on_is_4(string told, int found, params string[] command)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, $$"""{"count":{{found}}}"""));
        var run = await CommandRun.AgainstAsync(herald, ["dead-letters", .. command]);
        Assert.Equal((4, $"count: {found}"), (run.Code, run.Out.Trim()));
        Assert.Equal(told, run.Error.Trim());
    }

    [Theory]
    [InlineData(1, "dl_1_1_1_1")]
    [InlineData(1, "dl_1_1_1_1", "dl_1_1_1_1")]
    [InlineData(0, "--subscription", "billing")]
    [InlineData(0, "--all")]
    public async Task All_that_there_are_is_0(int found, params string[] which)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, $$"""{"count":{{found}}}"""));
        var run = await CommandRun.AgainstAsync(herald, ["dead-letters", "redrive", .. which]);
        Assert.Equal((0, ""), (run.Code, run.Error));
    }
}
