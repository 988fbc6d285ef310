using System.Globalization;

namespace Herald.Client;

/// <summary><c>/v1/orders</c>: the webhooks of customers, and handlers that register themselves.</summary>
public sealed class OrdersClient
{
    private const string Customers = "/v1/orders/customers", Registrations = "/v1/orders/registrations";
    private readonly Calls _calls;

    internal OrdersClient(Calls calls) => _calls = calls;

    /// <summary>A page of the customers that have a webhook, by id.</summary>
    public Task<Reply<Page<CustomerWebhook>>> ListWebhooksAsync(PageRequest page = default, CancellationToken cancel = default) =>
        _calls.GetAsync(
            Address.WithQuery(Customers, page.LimitParameter, page.CursorParameter), ClientJson.Default.PageCustomerWebhook, cancel);

    /// <summary>All customers that have a webhook, by id.</summary>
    /// <exception cref="HeraldException">A page was refused.</exception>
    public IAsyncEnumerable<CustomerWebhook> AllWebhooksAsync(CancellationToken cancel = default) =>
        AllPages.ReadAsync<CustomerWebhook>(ListWebhooksAsync, cancel);

    /// <summary>Sets a customer's webhook. It can be repeated: 201 with the secret when it is new, then 200.</summary>
    public Task<Reply<CustomerWebhook>> PutWebhookAsync(
        Guid customer, WebhookDefinition definition, Precondition? only = null, CancellationToken cancel = default) =>
        _calls.SendAsync(
            HttpMethod.Put, WebhookOf(customer), Content.Of(definition, ClientJson.Default.WebhookDefinition), only,
            ClientJson.Default.CustomerWebhook, cancel);

    public Task<Reply<CustomerWebhook>> GetWebhookAsync(Guid customer, CancellationToken cancel = default) =>
        _calls.GetAsync(WebhookOf(customer), ClientJson.Default.CustomerWebhook, cancel);

    /// <summary>Deletes a customer's webhook with its backlog.</summary>
    public Task<Reply> DeleteWebhookAsync(Guid customer, Precondition? only = null, CancellationToken cancel = default) =>
        _calls.SendAsync(HttpMethod.Delete, WebhookOf(customer), null, only, cancel);

    /// <summary>
    /// Asks for a customer. An answer without a value and without a problem (204) means that no customer needs a handler now: ask again
    /// after <see cref="Reply.RetryAfter"/>. 409 <c>registration-lost</c> means that other handlers were faster: ask again.
    /// </summary>
    public Task<Reply<HandlerRegistration>> RegisterAsync(RegistrationRequest request, CancellationToken cancel = default) =>
        _calls.PostAsync(
            Registrations, Content.Of(request, ClientJson.Default.RegistrationRequest), ClientJson.Default.HandlerRegistration, cancel);

    /// <summary>A sign of life. 409 <c>registration-superseded</c> when the customer belongs to another handler.</summary>
    public Task<Reply> HeartbeatAsync(Guid customer, long epoch, CancellationToken cancel = default) =>
        _calls.SendAsync(
            HttpMethod.Put, RegistrationOf(customer), Content.Of(new HeartbeatBody(epoch), ClientJson.Default.HeartbeatBody), null, cancel);

    /// <summary>Leaves the customer to other handlers. After the answer, nothing more is sent to this one.</summary>
    public Task<Reply> LeaveAsync(Guid customer, long epoch, CancellationToken cancel = default) =>
        _calls.SendAsync(
            HttpMethod.Delete, Address.WithQuery(RegistrationOf(customer), ("epoch", epoch.ToString(CultureInfo.InvariantCulture))),
            null, null, cancel);

    private static string WebhookOf(Guid customer) => $"{Customers}/{customer:D}/webhook";

    private static string RegistrationOf(Guid customer) => $"{Registrations}/{customer:D}";
}
