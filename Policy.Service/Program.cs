using Agent.Policy.Service.Bundles;
using Agent.Policy.Service.Canary;
using Agent.Policy.Service.Reload;
using Agent.ServiceDefaults;
using Agent.ServiceDefaults.Http;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddBus(bus => { });
builder.AddBundles();
builder.AddCanary();
builder.AddReload();

var app = builder.Build();
app.UseInternalKey();
app.MapDefaultEndpoints();
app.MapBundles();
app.MapReload();
app.MapCanary();
app.TakeFirstBundle();
await app.RunAsync();
