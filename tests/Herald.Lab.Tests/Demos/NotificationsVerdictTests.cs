using Herald.Lab.Demos.Notifications;
using Herald.Lab.Notifications;
using Xunit;

namespace Herald.Lab.Tests.Demos;

public sealed class NotificationsVerdictTests
{
    private static readonly Guid One = Guid.NewGuid(), Two = Guid.NewGuid();

    private readonly SentTo _mails = new("EMAIL"), _texts = new("SMS");

    [Fact]
    public void Each_notification_once_passes_also_with_repeats_that_a_provider_drops()
    {
        _mails.Add(One, "key");
        _mails.Add(One, "key");
        _texts.Add(Two, "other");
        var verdict = Judge(processed: 2);
        Assert.True(verdict.HasPassed);
        Assert.Equal((2, 0, 0), (verdict.Effects, verdict.Doubled, verdict.Lost.Count));
        Assert.Equal((3, 2), (_mails.Requests + _texts.Requests, _mails.MostRequests));
    }

    [Fact]
    public void A_notification_that_came_with_two_keys_is_doubled()
    {
        _mails.Add(One, "key");
        _mails.Add(One, "another key");
        _texts.Add(Two, "other");
        var verdict = Judge(processed: 2);
        Assert.False(verdict.HasPassed);
        Assert.Equal(1, verdict.Doubled);
    }

    [Fact]
    public void A_notification_that_two_providers_sent_is_doubled()
    {
        _mails.Add(One, "key");
        _texts.Add(One, "key");
        _texts.Add(Two, "other");
        Assert.Equal(1, Judge(processed: 2).Doubled);
    }

    [Fact]
    public void A_notification_that_no_provider_has_is_lost_and_one_that_is_not_processed_fails()
    {
        _mails.Add(One, "key");
        var lost = Judge(processed: 2);
        Assert.Equal([Two], lost.Lost);
        Assert.False(lost.HasPassed);
        _mails.Add(Two, "other");
        Assert.False(Judge(processed: 1).HasPassed);
        Assert.False(Judge(processed: 2, hasFailed: true).HasPassed);
        Assert.True(Judge(processed: 2).HasPassed);
    }

    private NotificationsVerdict Judge(long processed, bool hasFailed = false) =>
        new([One, Two], [_mails, _texts], processed, hasFailed, "SMS", TimeSpan.FromSeconds(5));
}
