// What a page leaves where scripts can find it.

/** Runs in the page: every text that a script of the page could find. */
export const everythingKept = async () => {
  const texts = [document.cookie, JSON.stringify(history.state), window.name];
  for (const area of [localStorage, sessionStorage]) for (let at = 0; at < area.length; at += 1) texts.push(area.getItem(area.key(at)));
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve, reject) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    for (const store of database.objectStoreNames) {
      const all = database.transaction(store).objectStore(store).getAll();
      texts.push(JSON.stringify(await new Promise((resolve) => { all.onsuccess = () => resolve(all.result); })));
    }
    database.close();
  }
  return texts.join('\n');
};
