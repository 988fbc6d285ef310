using Herald.Outbound;
using Herald.Push.WebPush;

namespace Herald.Push.Tests.WebPush;

/// <summary>The answers that RFC 8030 and the documents of push services name.</summary>
public sealed class WebPushAnswersTests
{
    [Theory]
    [InlineData(201, "", nameof(PushMeaning.Delivered))]
    [InlineData(202, "", nameof(PushMeaning.Delivered))]
    [InlineData(307, "", nameof(PushMeaning.DeviceUnready))]
    [InlineData(400, "{\"errno\": 111}", nameof(PushMeaning.MessageRefused))]
    [InlineData(404, "", nameof(PushMeaning.AddressGone))]
    [InlineData(406, "", nameof(PushMeaning.DeviceUnready))]
    [InlineData(410, "", nameof(PushMeaning.AddressGone))]
    [InlineData(413, "", nameof(PushMeaning.MessageRefused))]
    [InlineData(429, "", nameof(PushMeaning.DeviceUnready))]
    [InlineData(500, "", nameof(PushMeaning.Failed))]
    [InlineData(502, "{\"errno\": 902}", nameof(PushMeaning.Failed))]
    [InlineData(503, "", nameof(PushMeaning.DeviceUnready))]
    public void Each_status_has_its_meaning(int status, string body, string meaning)
    {
        Assert.Equal(meaning, WebPushAnswers.Judge(Answer(status, body)).Meaning.ToString());
        Assert.False(WebPushAnswers.IsTokenRefused(Answer(status, body)));
    }

    [Theory]
    [InlineData(400, "{\"reason\":\"VapidPkHashMismatch\"}")]
    [InlineData(400, "<HTML><TITLE>UnauthorizedRegistration</TITLE></HTML>")]
    [InlineData(401, "{\"errno\": 109}")]
    [InlineData(403, "{\"reason\":\"BadJwtToken\"}")]
    public void A_key_that_is_refused_can_be_corrected_so_the_message_waits(int status, string body)
    {
        Assert.True(WebPushAnswers.IsTokenRefused(Answer(status, body)));
        var verdict = WebPushAnswers.Judge(Answer(status, body));
        Assert.Equal(PushMeaning.DeviceUnready, verdict.Meaning);
        Assert.Contains("did the browser subscribe with the public key of this provider?", verdict.Words, StringComparison.Ordinal);
    }

    private static HttpAnswer Answer(int status, string body) =>
        new(status, new HttpResponseMessage().Headers, body, true, null, TimeSpan.Zero);
}
