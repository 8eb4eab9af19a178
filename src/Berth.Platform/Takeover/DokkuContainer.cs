using System.Net;

namespace Berth.Platform.Takeover;

/// <summary>A container that Dokku started for an app, as its files <c>CONTAINER|IP|PORT.web.N</c> describe it.</summary>
/// <param name="Id">Docker's id.</param>
/// <param name="Address">Where it was when Dokku wrote the files.</param>
public sealed record DokkuContainer(string Id, IPEndPoint Address);
